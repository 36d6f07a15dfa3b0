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

# The manual: each page as it is read, and the converter that makes one of PROTOCOL.md.
get_property(pages GLOBAL PROPERTY LANTHORN_PAGES)
foreach(page ${pages})
    get_filename_component(name ${page} NAME)
    add_test(NAME unit/house/page_${name} COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/page.sh ${page})
    set_tests_properties(unit/house/page_${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
add_test(NAME unit/house/md2scd
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_md2scd.py
        ${CMAKE_SOURCE_DIR}/packaging/man/md2scd)
add_test(NAME unit/house/words
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_words.py ${CMAKE_SOURCE_DIR})

# What other programs read of packaging/, as they read it.
set(PACKAGING ${CMAKE_SOURCE_DIR}/packaging)
set(PACKAGING_BUILT ${CMAKE_BINARY_DIR}/packaging)
set(WITH sh ${CMAKE_CURRENT_LIST_DIR}/with.sh)
add_test(NAME unit/house/confined
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/confined.sh ${PACKAGING_BUILT}/lanthorn.service
        $<TARGET_FILE:lanthorn>)
add_test(NAME unit/house/desktop
    COMMAND ${WITH} desktop-file-validate ${PACKAGING}/desktop/lanthorn.desktop)
add_test(NAME unit/house/metainfo
    COMMAND ${WITH} appstreamcli validate --no-net ${PACKAGING_BUILT}/${APP_ID}.metainfo.xml)
add_test(NAME unit/house/apparmor
    COMMAND ${WITH} apparmor_parser --skip-kernel-load --skip-cache ${PACKAGING}/apparmor.profile)
set_tests_properties(unit/house/confined unit/house/desktop unit/house/metainfo
    unit/house/apparmor PROPERTIES SKIP_RETURN_CODE 77)
