#!/bin/bash -eu
exec "$SRC/voxspec/fuzz/oss-fuzz/build.sh"
