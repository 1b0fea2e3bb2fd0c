# Who may include whom, as a test: cmake -DROOT=<repository> -P tools/layers.cmake
set(may_spec "spec/")
set(may_impl/wire "spec/|impl/wire/")
set(may_impl/schema "${may_impl/wire}|impl/schema/")
set(may_impl/session "${may_impl/schema}|impl/session/")
set(may_impl/conduit "${may_impl/schema}|impl/conduit/")
set(may_impl/rpc "${may_impl/session}|impl/conduit/|impl/rpc/")
set(may_impl/store "${may_impl/rpc}|impl/store/")
set(may_impl/link "${may_impl/wire}|impl/link/")
set(may_impl/net "${may_impl/rpc}|impl/link/|impl/net/")
# A judge that shares the machine it judges repeats its mistakes: the peer sees neither session nor rpc nor net.
set(may_conformance/trace "${may_impl/schema}|conformance/(peer|trace)/")
set(may_conformance/peer "${may_conformance/trace}|impl/link/|conformance/subjects/testbed/catalog.hpp")
set(may_conformance/relay "${may_conformance/peer}|conformance/relay/")
set(may_conformance/runner "${may_conformance/relay}|conformance/runner/")
set(may_conformance/explore "${may_conformance/runner}|conformance/explore/")
set(may_conformance "spec/|impl/|conformance/")
set(may_fuzz "spec/|impl/|conformance/|fuzz/")
set(may_tools "spec/|impl/|conformance/|tools/")
set(layers impl/wire impl/schema impl/session impl/conduit impl/rpc impl/store impl/link impl/net
  conformance/trace conformance/peer conformance/relay
  conformance/runner conformance/explore spec conformance fuzz tools)

# The most specific layer of a file: the list has the deeper folders first.
function(layer_of file result)
  foreach(layer ${layers})
    if(file MATCHES "^${layer}/")
      set(${result} ${layer} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/spec/*.?pp ${ROOT}/impl/*.?pp
  ${ROOT}/conformance/*.?pp ${ROOT}/fuzz/*.?pp ${ROOT}/tools/*.?pp)
list(LENGTH files count)
if(count EQUAL 0)
  message(SEND_ERROR "no sources below ${ROOT}")
endif()
foreach(file ${files})
  layer_of(${file} layer)
  if(file MATCHES "_test.cpp$")
    set(layer conformance)  # A unit test stands beside its subject and may use the test helpers.
  endif()
  file(STRINGS ${ROOT}/${file} includes REGEX "^#include ")
  foreach(include ${includes})
    if(include MATCHES "\"" AND NOT include MATCHES "\"(${may_${layer}})")
      message(SEND_ERROR "${file}: outside what ${layer}/ may see: ${include}")
    elseif(file MATCHES "^(spec|impl)/" AND NOT file MATCHES "^impl/(link|net|store)/" AND NOT file MATCHES "_test.cpp$"
        AND include MATCHES "<(boost/(asio|beast)|thread|mutex|iostream|random|sys/|fstream)")
      message(SEND_ERROR "${file}: protocol code does no I/O, threads or randomness: ${include}")
    endif()
  endforeach()
endforeach()
