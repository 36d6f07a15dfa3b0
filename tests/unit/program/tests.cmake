# Parts of the program that belong to no room: unit_of_program(NAME) has test_NAME.c and src/NAME.c.
function(unit_of_program name)
    set(target test_program_${name})
    add_executable(${target} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/test_${name}.c
                   ${CMAKE_SOURCE_DIR}/src/${name}.c)
    target_include_directories(${target} PRIVATE
        ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} PRIVATE lanthorn_flags lanthorn_run lanthorn_ui
                          PkgConfig::CMOCKA)
    add_test(NAME unit/program/${name} COMMAND ${target})
    set_tests_properties(unit/program/${name} PROPERTIES TIMEOUT 120)
endfunction()

unit_of_program(report)

# The program as it is started, one process and no network.
foreach(name commands link settings)
    add_test(NAME unit/program/${name}
        COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
    set_tests_properties(unit/program/${name} PROPERTIES
        ENVIRONMENT LANTHORN=$<TARGET_FILE:lanthorn> TIMEOUT 240)
endforeach()
