# The library as a package: find_package(voxspec) gives other projects vox::wire, vox::net and the
# rest. `cmake --install <build> --component development` installs the library alone.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/voxspec)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/voxspecConfig.cmake.in
  ${PROJECT_BINARY_DIR}/voxspecConfig.cmake INSTALL_DESTINATION ${package_folder})
# The wire is that of one version of vox and the API may still move, so that only the same minor
# version fits.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/voxspecConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/voxspecConfig.cmake
  ${PROJECT_BINARY_DIR}/voxspecConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT development)
install(EXPORT voxspec NAMESPACE vox:: FILE voxspecTargets.cmake
  DESTINATION ${package_folder} COMPONENT development)

if(VOXSPEC_TESTS)
  add_test(NAME package.consumer COMMAND ${CMAKE_COMMAND}
    -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR}/tools/consumer
    -DSCRATCH=${PROJECT_BINARY_DIR}/consumer -DCOMPILER=${CMAKE_CXX_COMPILER}
    "-DFLAGS=${CMAKE_CXX_FLAGS}" -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
    -P ${PROJECT_SOURCE_DIR}/tools/consumer/test.cmake)
  set_tests_properties(package.consumer PROPERTIES TIMEOUT 600 LABELS package)
endif()
