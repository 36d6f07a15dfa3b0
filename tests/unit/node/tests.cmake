# Tests of src/node/. Paths are of this folder, whoever includes it.
set(NODE_STAGE ${CMAKE_CURRENT_LIST_DIR}/stage.c ${CMAKE_CURRENT_LIST_DIR}/guest.c)

unit(node journal)
unit(node contacts)
unit(node feeds)
unit(node words)
unit(node proofs)
unit(node lost)
unit(node places)
unit(node quota ${NODE_STAGE})
unit(node restoring ${NODE_STAGE})
unit(node dialer ${NODE_STAGE})
unit(node command ${NODE_STAGE})
unit(node link ${NODE_STAGE})
unit(node rival ${NODE_STAGE})
unit(node delivery ${NODE_STAGE})
unit(node people ${NODE_STAGE})
unit(node unseen ${NODE_STAGE})

# Groups.
set(NODE_CAST ${CMAKE_CURRENT_LIST_DIR}/cast.c)
unit(node roster ${NODE_CAST})
unit(node roster_rules ${NODE_CAST})
unit(node roster_fold ${NODE_CAST})
unit(node roster_handing ${NODE_CAST})
unit(node roster_repeat ${NODE_CAST})
unit(node roster_random ${NODE_CAST})
set(NODE_BAND ${NODE_STAGE} ${CMAKE_CURRENT_LIST_DIR}/band.c)
unit(node keys ${NODE_BAND})
unit(node exchange ${NODE_BAND})
unit(node handed ${NODE_BAND})
unit(node wants ${NODE_BAND})
target_link_options(test_node_exchange PRIVATE -Wl,--wrap=head_sign)

# Memory that is out, where the test says so.
target_link_options(test_node_roster PRIVATE
    -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
target_link_options(test_node_roster_random PRIVATE -Wl,--wrap=operation_verify)
