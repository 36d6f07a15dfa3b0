unit(discovery addresses)
unit(discovery adverts)
unit(discovery avahi_endpoint)
unit(discovery avahi_libs)
unit(discovery avahi_poll_uv)
unit(discovery choice)
unit(discovery discovery_uv)
unit(discovery interfaces)
unit(discovery netwatch_uv)
unit(discovery network)
unit(discovery random_name)
unit(discovery snapshot)
# They need a network namespace of their own.
set_tests_properties(unit/discovery/discovery_uv unit/discovery/netwatch_uv
    unit/discovery/network PROPERTIES SKIP_RETURN_CODE 77)

add_executable(try_discovery ${CMAKE_CURRENT_LIST_DIR}/try_discovery.c)
target_link_libraries(try_discovery PRIVATE lanthorn_flags lanthorn_discovery)
