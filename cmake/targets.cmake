# vox_library(NAME wire SOURCES … HEADERS … LINK …) makes the static library vox_wire with the alias
# vox::wire, its headers in an installable file set, and the repository's warnings.
function(vox_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;HEADERS;LINK;PRIVATE_LINK" ${ARGN})
  set(target vox_${ARG_NAME})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:voxspec_options> ${ARG_PRIVATE_LINK})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(vox::${ARG_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${ARG_NAME})
  target_compile_features(${target} ${scope} cxx_std_23)
  target_sources(${target} ${scope} FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_link_libraries(${target} ${scope} ${ARG_LINK})
  if(ARG_SOURCES)
    set_property(GLOBAL APPEND PROPERTY installable ${target})
  endif()
  if(NOT ARG_NAME STREQUAL spec)  # Its second file set is installed with it.
    install(TARGETS ${target} EXPORT voxspec COMPONENT development
      FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/voxspec COMPONENT development)
  endif()
endfunction()

# vox_test(wire SOURCES reader_test.cpp … LINK … PRECOMPILE …) makes one doctest program and registers each of its cases
# with ctest. Its working directory is the repository's root, so tests name data files from there. The headers that most
# of its files need are compiled once, but not where each file is to stand on its own (the preset clang).
function(vox_test name)
  if(NOT VOXSPEC_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRECOMPILE" ${ARGN})
  if(NOT TARGET voxspec_test_main)  # doctest's own code is compiled once for all test programs.
    add_library(voxspec_test_main OBJECT ${PROJECT_SOURCE_DIR}/conformance/testing/test_main.cpp)
    target_link_libraries(voxspec_test_main PRIVATE doctest::doctest)
  endif()
  add_executable(${name}_tests ${ARG_SOURCES})
  target_link_libraries(${name}_tests PRIVATE voxspec_options voxspec_test_main ${ARG_LINK} doctest::doctest rapidcheck
    nlohmann_json::nlohmann_json)
  target_include_directories(${name}_tests PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name}_tests PROPERTIES UNITY_BUILD OFF)  # each file has helpers of its own
  if(ARG_PRECOMPILE AND CMAKE_UNITY_BUILD)
    list(TRANSFORM ARG_PRECOMPILE PREPEND ${PROJECT_SOURCE_DIR}/)
    target_precompile_headers(${name}_tests PRIVATE <doctest/doctest.h> ${ARG_PRECOMPILE})
    # ccache takes what is precompiled only if told so. It holds the paths and the checksums of its headers, and
    # including one of them once more would define everything twice where another clone's was taken, or one of before a
    # comment was changed: with CCACHE_BASEDIR unset and by what was included, not by what the preprocessor left of it
    # (CCACHE_DEPEND), none is. A namespace, since caches hold entries that were made otherwise.
    if(CMAKE_CXX_COMPILER_LAUNCHER)
      set_target_properties(${name}_tests PROPERTIES CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND};-E;env;--unset=CCACHE_BASEDIR;CCACHE_DEPEND=true;CCACHE_NAMESPACE=precompiled;\
CCACHE_SLOPPINESS=pch_defines,time_macros;${CMAKE_CXX_COMPILER_LAUNCHER}")
    endif()
    # What gcc suspects inside the standard library it reports when that comes out of a precompiled header.
    target_compile_options(${name}_tests PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)
  endif()
  # Under the sanitizers the tests' own code takes twice as long to optimise as to compile, elsewhere a
  # quarter of its time. With less of it inlined, gcc takes a test's own operator new for the standard one, and
  # the unused half of a std::expected for one that is used.
  target_compile_options(${name}_tests PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete -Wno-maybe-uninitialized>)
  target_compile_options(${name}_tests PRIVATE ${VOXSPEC_TEST_FLAGS})
  doctest_discover_tests(${name}_tests ADD_LABELS 1 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "MESSAGE: skipped")
endfunction()
