# Subjects that cargo builds: the published vox crates behind the subject contract.

# The oldest version that vox 0.4.0 and 0.8.2 say they build with.
set(voxspec_cargo_minimum 1.91)

# Sets RESULT to the cargo to use, or to an empty string and says why there is none.
function(voxspec_find_cargo RESULT)
  set(${RESULT} "" PARENT_SCOPE)
  set(remedy
      "get Rust ${voxspec_cargo_minimum} or newer from https://rustup.rs, or silence this with -DVOXSPEC_RUST_SUBJECT=OFF"
  )
  find_program(CARGO cargo HINTS "$ENV{HOME}/.cargo/bin")
  if(NOT CARGO)
    message(STATUS "Rust subject left out: no cargo found (${remedy})")
    return()
  endif()
  # Asked from the crate's folder, because a toolchain may be chosen by folder.
  execute_process(
    COMMAND "${CARGO}" --version
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE said
    ERROR_QUIET)
  if(NOT said MATCHES "^cargo ([0-9]+\\.[0-9]+\\.[0-9]+)")
    message(STATUS "Rust subject left out: ${CARGO} does not tell its version (${remedy})")
    return()
  endif()
  if(CMAKE_MATCH_1 VERSION_LESS voxspec_cargo_minimum)
    message(
      STATUS
        "Rust subject left out: cargo ${CMAKE_MATCH_1} is older than vox takes (${remedy})")
    return()
  endif()
  set(${RESULT} "${CARGO}" PARENT_SCOPE)
endfunction()

# voxspec_cargo_subject(<target> PROGRAMS <name>... SOURCES <file>...) builds the crate of the current
# folder. The first program is the subject, which is installed. Without a cargo there is no such target.
function(voxspec_cargo_subject target)
  voxspec_find_cargo(voxspec_cargo)
  if(NOT voxspec_cargo)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "PROGRAMS;SOURCES" ${ARGN})
  # One cargo folder for all presets: the crates are built the same way for each of them.
  set(cargo_folder "${CMAKE_SOURCE_DIR}/build/cargo")
  set(program_folder "${CMAKE_BINARY_DIR}/libexec/voxspec")
  set(built "")
  set(programs "")
  foreach(name IN LISTS ARG_PROGRAMS)
    list(APPEND built "${cargo_folder}/release/${name}${CMAKE_EXECUTABLE_SUFFIX}")
    list(APPEND programs "${program_folder}/${name}${CMAKE_EXECUTABLE_SUFFIX}")
  endforeach()
  # The stamp stands for the programs, which are not touched when nothing in them changed.
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${target}.stamp")
  add_custom_command(
    OUTPUT "${stamp}"
    BYPRODUCTS ${programs}
    COMMAND
      "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${cargo_folder}" -- "${voxspec_cargo}" build
      --locked --release --manifest-path "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.toml"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${program_folder}"
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different ${built} "${program_folder}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${ARG_SOURCES} "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.toml"
            "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.lock"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "Building ${target} with cargo"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${stamp}")
  list(GET programs 0 subject)
  install(PROGRAMS "${subject}" DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/voxspec")
endfunction()
