# Tests of wire/: the cryptographic half first. Paths are of this folder, whoever includes it.
set(WIRE_TESTS ${CMAKE_CURRENT_LIST_DIR})
set(WIRE_VECTOR
    ${WIRE_TESTS}/noise_inject.c
    ${WIRE_TESTS}/pair.c
    ${WIRE_TESTS}/vector.c)

unit(wire noise ${WIRE_VECTOR})
unit(wire noise_vectors ${WIRE_VECTOR})
unit(wire protocol ${WIRE_TESTS}/page.c ${WIRE_VECTOR})
unit(wire session ${WIRE_TESTS}/pair.c)
unit(wire frame)
unit(wire identity ${WIRE_VECTOR})

target_compile_definitions(test_wire_noise_vectors PRIVATE
    NOISE_VECTORS="/usr/share/gocode/src/github.com/flynn/noise/vectors.txt")
set_tests_properties(unit/wire/noise_vectors PROPERTIES SKIP_RETURN_CODE 77)

# The same handshakes by another implementation.
add_executable(noise_peer ${WIRE_TESTS}/noise_peer.c ${WIRE_TESTS}/noise_inject.c)
target_include_directories(noise_peer PRIVATE ${WIRE_TESTS}/..)
target_link_libraries(noise_peer PRIVATE lanthorn_flags lanthorn_wire)
add_test(NAME unit/wire/noise_dissononce
    COMMAND /usr/bin/python3 ${WIRE_TESTS}/cross_dissononce.py $<TARGET_FILE:noise_peer>)
set_tests_properties(unit/wire/noise_dissononce PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)

# What we ship cannot be given a chosen ephemeral key.
set(WIRE_SHIPPED $<TARGET_FILE:lanthorn_wire>)
if(TARGET lanthorn)
    list(APPEND WIRE_SHIPPED $<TARGET_FILE:lanthorn>)
endif()
add_test(NAME unit/wire/no_injection
    COMMAND sh ${WIRE_TESTS}/no_injection.sh ${CMAKE_NM} $<TARGET_FILE:test_wire_noise>
        ${WIRE_SHIPPED})

# What is said: each message in a file of its own.
unit(wire hello)
unit(wire feed ${WIRE_VECTOR})
unit(wire entry ${WIRE_VECTOR})
unit(wire entries)
unit(wire have)
unit(wire statement)

# Groups.
unit(wire operation)
unit(wire chain ${WIRE_VECTOR})
unit(wire sealed)
unit(wire group)
unit(wire protocol_groups ${WIRE_TESTS}/page.c ${WIRE_VECTOR})

# The page's worked examples are read by our code, and its group by another implementation.
set(PROTOCOL_MD ${WIRE_TESTS}/../../../wire/PROTOCOL.md)
foreach(test protocol protocol_groups)
    target_compile_definitions(test_wire_${test} PRIVATE PROTOCOL_MD="${PROTOCOL_MD}")
endforeach()
add_test(NAME unit/wire/group_vectors
    COMMAND /usr/bin/python3 ${WIRE_TESTS}/group_vectors.py ${PROTOCOL_MD})
set_tests_properties(unit/wire/group_vectors PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
