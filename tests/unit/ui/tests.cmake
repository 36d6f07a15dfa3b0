unit(ui attach_uv ${CMAKE_CURRENT_LIST_DIR}/terminal.c)
unit(ui chat)
unit(ui color)
unit(ui complain ${CMAKE_CURRENT_LIST_DIR}/fake_host.c)
unit(ui config_file)
unit(ui control_uv ${CMAKE_CURRENT_LIST_DIR}/socket_client.c)
unit(ui client_uv ${CMAKE_CURRENT_LIST_DIR}/socket_client.c)
unit(ui descriptor_uv)
unit(ui errand ${CMAKE_CURRENT_LIST_DIR}/sample_events.c)
unit(ui errand_uv)
unit(ui group_pick)
unit(ui group_text)
unit(ui hangup_uv)
unit(ui headless_uv ${CMAKE_CURRENT_LIST_DIR}/fake_host.c)
unit(ui input_uv)
unit(ui interface_page ${CMAKE_CURRENT_LIST_DIR}/sample_events.c ${CMAKE_CURRENT_LIST_DIR}/manual.c)
unit(ui journal ${CMAKE_CURRENT_LIST_DIR}/fake_host.c)
unit(ui json_command)
unit(ui json_event ${CMAKE_CURRENT_LIST_DIR}/sample_events.c)
unit(ui json_event_read ${CMAKE_CURRENT_LIST_DIR}/sample_events.c)
unit(ui json_talk_uv ${CMAKE_CURRENT_LIST_DIR}/socket_client.c)
unit(ui json_uv ${CMAKE_CURRENT_LIST_DIR}/fake_host.c)
unit(ui json_writer)
unit(ui keyfile)
unit(ui known_groups)
unit(ui known_peers)
unit(ui later_uv)
unit(ui lines)
unit(ui lines_uv ${CMAKE_CURRENT_LIST_DIR}/fake_host.c)
unit(ui names)
unit(ui news)
unit(ui options)
unit(ui output_uv)
unit(ui overdue)
unit(ui passphrase ${CMAKE_CURRENT_LIST_DIR}/terminal.c)
unit(ui pen)
unit(ui person_uri)
unit(ui prompt_command)
unit(ui prompt_text ${CMAKE_CURRENT_LIST_DIR}/sample_events.c)
unit(ui prompt_uv ${CMAKE_CURRENT_LIST_DIR}/terminal.c ${CMAKE_CURRENT_LIST_DIR}/prompt_driver.c)
unit(ui rows ${CMAKE_CURRENT_LIST_DIR}/sample_events.c)
unit(ui seek)
unit(ui sentence)
unit(ui shell)
unit(ui shell_help)
unit(ui shell_page ${CMAKE_CURRENT_LIST_DIR}/manual.c)
unit(ui splitter)
unit(ui stdio_uv)
unit(ui tally)
unit(ui time_text)
unit(ui typed_word)
unit(ui ui_uv ${CMAKE_CURRENT_LIST_DIR}/terminal.c)
unit(ui unsettled)

# Memory that is out, where the test says so.
target_link_options(test_ui_client_uv PRIVATE -Wl,--wrap=uv_timer_start)
target_link_options(test_ui_keyfile PRIVATE -Wl,--wrap=fstat)
target_link_options(test_ui_json_uv PRIVATE -Wl,--wrap=splitter_feed)
target_link_options(test_ui_attach_uv PRIVATE -Wl,--wrap=client_submit)

# How long an output waits for its reader, which the test need not.
target_link_options(test_ui_errand_uv PRIVATE -Wl,--wrap=uv_timer_start)

# Who connects, and that nobody can, where the test says so.
target_link_options(test_ui_control_uv PRIVATE -Wl,--wrap=accept4,--wrap=getsockopt)

# The manual pages name every option, every setting, every command of prompt and shell.
foreach(reader options prompt_command shell_page)
    target_compile_definitions(test_ui_${reader} PRIVATE
        LANTHORN_MANUAL="${CMAKE_CURRENT_LIST_DIR}/../../../packaging/man/lanthorn.1.scd")
endforeach()

target_compile_definitions(test_ui_options PRIVATE
    LANTHORN_CONF_MANUAL="${CMAKE_CURRENT_LIST_DIR}/../../../packaging/man/lanthorn.conf.5.scd")
target_compile_definitions(test_ui_interface_page PRIVATE
    LANTHORN_INTERFACE="${CMAKE_CURRENT_LIST_DIR}/../../../packaging/man/lanthorn-interface.7.scd")
target_compile_definitions(test_ui_config_file PRIVATE
    LANTHORN_CONF_EXAMPLE="${CMAKE_CURRENT_LIST_DIR}/../../../packaging/lanthorn.conf.example")

# The prompt by hand: prompt_driver [INTERVAL_MS].
add_executable(prompt_driver ${CMAKE_CURRENT_LIST_DIR}/prompt_driver_main.c
               ${CMAKE_CURRENT_LIST_DIR}/prompt_driver.c)
target_link_libraries(prompt_driver PRIVATE lanthorn_flags lanthorn_ui)
