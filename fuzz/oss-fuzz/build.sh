#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz wants them: programs, dictionaries and seed corpora in $OUT.
# OSS-Fuzz sets $CXX, $CXXFLAGS, $LIB_FUZZING_ENGINE, $OUT and $WORK. Names as arguments build these
# targets only: build.sh session trace
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${WORK:-$OUT}/voxspec-build

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE= -DVOXSPEC_TESTS=OFF -DVOXSPEC_FUZZERS=ON \
  -DVOXSPEC_LIBFUZZER=ON "-DVOXSPEC_FUZZING_ENGINE=$LIB_FUZZING_ENGINE" -DVOXSPEC_RUST_SUBJECT=OFF

names=("$@")
if ((${#names[@]} == 0)); then
  for seeds in fuzz/seeds/*/; do names+=("$(basename "$seeds")"); done
fi
cmake --build "$build" --target "${names[@]/#/fuzz_}"

for name in "${names[@]}"; do
  target=fuzz_$name
  cp "$build/bin/$target" "$OUT/"
  if [[ -f fuzz/dictionaries/$name.dict ]]; then cp "fuzz/dictionaries/$name.dict" "$OUT/$target.dict"; fi
  rm -f "$OUT/${target}_seed_corpus.zip"
  for folder in seeds regressions; do
    if [[ -d fuzz/$folder/$name ]]; then zip -q -j -r "$OUT/${target}_seed_corpus.zip" "fuzz/$folder/$name"; fi
  done
done
