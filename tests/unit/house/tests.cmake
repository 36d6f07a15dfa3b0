# What holds the rooms apart (README, the map): compiled, read and linked.
add_test(NAME unit/house/arrows
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/arrows.sh ${CMAKE_C_COMPILER} ${CMAKE_BINARY_DIR}/rooms)
add_test(NAME unit/house/border
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/border.sh ${CMAKE_SOURCE_DIR})
add_test(NAME unit/house/pure
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/pure.sh ${CMAKE_NM} $<TARGET_FILE:lanthorn_run>
        $<TARGET_FILE:lanthorn_base> $<TARGET_FILE:lanthorn_wire> $<TARGET_FILE:lanthorn_node>)
add_test(NAME unit/house/store_is_local
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/pure.sh ${CMAKE_NM} $<TARGET_FILE:lanthorn_run>
        $<TARGET_FILE:lanthorn_store>)
