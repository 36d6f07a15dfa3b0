# Tests of src/node/. Paths are of this folder, whoever includes it.
set(NODE_STAGE ${CMAKE_CURRENT_LIST_DIR}/stage.c ${CMAKE_CURRENT_LIST_DIR}/guest.c)

unit(node journal)
unit(node contacts)
unit(node feeds)
unit(node words)
unit(node dialer ${NODE_STAGE})
unit(node command ${NODE_STAGE})
unit(node link ${NODE_STAGE})
unit(node delivery ${NODE_STAGE})
unit(node people ${NODE_STAGE})
unit(node unseen ${NODE_STAGE})
