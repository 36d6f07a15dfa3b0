# The program as it is started, one process and no network.
foreach(name link settings)
    add_test(NAME unit/program/${name}
        COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
    set_tests_properties(unit/program/${name} PROPERTIES
        ENVIRONMENT LANTHORN=$<TARGET_FILE:lanthorn> TIMEOUT 240)
endforeach()
