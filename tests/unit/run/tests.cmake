# Tests of src/run/. Paths are of this folder, whoever includes it.
set(RUN_STORES ${CMAKE_CURRENT_LIST_DIR}/../store/memdisk.c
               ${CMAKE_CURRENT_LIST_DIR}/../store/stores.c)

unit(run control_path)
unit(run control_socket)
unit(run data_dir)
unit(run disk_uv ${RUN_STORES})
unit(run recall ${RUN_STORES})
unit(run service)
unit(run service_uv)
unit(run tcp_uv)

# Who listens, and who asks, as the test says.
target_link_options(test_run_data_dir PRIVATE -Wl,--wrap=geteuid)
target_link_options(test_run_control_socket PRIVATE -Wl,--wrap=getsockopt,--wrap=geteuid)
