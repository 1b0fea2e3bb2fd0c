#pragma once
#include <cstdio>
#include <cstdlib>

// Our own errors, as opposed to those of a peer or a caller. It is on in every build, because a
// reference implementation that goes on after a broken invariant proves nothing.
#define VOX_ASSERT(condition)                                                                \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
