# What others get: the judge with its data and subjects (component runtime), and the library, by which
# find_package(voxspec) gives vox::wire, vox::net and the rest (component development).
include(CMakePackageConfigHelpers)
# Builds what `cmake --install` installs, and nothing else.
get_property(installable GLOBAL PROPERTY installable)
add_custom_target(installable DEPENDS ${installable} voxspec voxspec-subject-cpp voxspec-null-subject voxspec_manual)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/voxspec)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/voxspecConfig.cmake.in
  ${PROJECT_BINARY_DIR}/voxspecConfig.cmake INSTALL_DESTINATION ${package_folder}
  PATH_VARS CMAKE_INSTALL_BINDIR)
# The wire is that of one version of vox and the API may still move, so that only the same minor
# version fits.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/voxspecConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/voxspecConfig.cmake
  ${PROJECT_BINARY_DIR}/voxspecConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/voxspecConformance.cmake
  DESTINATION ${package_folder} COMPONENT runtime)
install(EXPORT voxspec NAMESPACE vox:: FILE voxspecTargets.cmake
  DESTINATION ${package_folder} COMPONENT development)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/python ${PROJECT_SOURCE_DIR}/examples/replay
  ${PROJECT_SOURCE_DIR}/examples/cmake
  DESTINATION ${CMAKE_INSTALL_DATADIR}/voxspec/examples COMPONENT runtime USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE)
# The pages that --help and the messages of errors name.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/voxspec COMPONENT runtime FILES_MATCHING PATTERN *.md)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/service
  DESTINATION ${CMAKE_INSTALL_DATADIR}/voxspec/examples COMPONENT development)

# How the judge is installed and packed does not depend on how it was compiled.
if(VOXSPEC_TESTS AND NOT "${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
  add_test(NAME package.judge COMMAND ${PROJECT_SOURCE_DIR}/packaging/judge_test $<TARGET_FILE:voxspec>
    ${PROJECT_BINARY_DIR}/judge)
  set_tests_properties(package.judge PROPERTIES TIMEOUT 300 LABELS package RESOURCE_LOCK suite
    ENVIRONMENT "XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/judge-cache")
  add_test(NAME package.consumer COMMAND ${CMAKE_COMMAND}
    -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR}/tools/consumer
    -DSCRATCH=${PROJECT_BINARY_DIR}/consumer -DCOMPILER=${CMAKE_CXX_COMPILER}
    "-DFLAGS=${CMAKE_CXX_FLAGS}" -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
    -P ${PROJECT_SOURCE_DIR}/tools/consumer/test.cmake)
  add_test(NAME package.archive COMMAND ${CMAKE_COMMAND}
    -DBUILD=${PROJECT_BINARY_DIR} -DSCRATCH=${PROJECT_BINARY_DIR}/archive
    -DCPACK=${CMAKE_CPACK_COMMAND} -P ${PROJECT_SOURCE_DIR}/tools/consumer/archive_test.cmake)
  set_tests_properties(package.consumer package.archive PROPERTIES TIMEOUT 600 LABELS package)
endif()

# cpack makes an archive and a Debian package of the judge, and a second package of the library.
set(CPACK_PACKAGE_NAME voxspec)
set(CPACK_PACKAGE_VENDOR "the voxspec project")
set(CPACK_PACKAGE_CONTACT "the voxspec project <voxspec@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Judges implementations of the vox RPC protocol")
set(CPACK_PACKAGE_FILE_NAME "voxspec-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_RESOURCE_FILE_README ${PROJECT_SOURCE_DIR}/README.md)
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_STRIP_FILES ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME voxspec)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME voxspec-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "voxspec (= ${PROJECT_VERSION}), libboost1.81-dev, libsqlite3-dev")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
include(CPack)
