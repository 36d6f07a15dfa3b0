# The completions as their shells load them.
foreach(shell bash zsh fish)
    if(TARGET completions) # they are written where the program that writes them can run
        add_test(NAME unit/completions/${shell}
            COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_completions.py ${shell})
        set_tests_properties(unit/completions/${shell} PROPERTIES
            ENVIRONMENT "LANTHORN=$<TARGET_FILE:lanthorn>;LANTHORN_COMPLETIONS=$<TARGET_FILE_DIR:completions>/files"
            TIMEOUT 240 SKIP_RETURN_CODE 77)
    endif()
endforeach()
