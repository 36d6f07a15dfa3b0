/* discovery/avahi_libs.h - the two Avahi libraries side by side in one process.
 *
 * libavahi-client and libavahi-core both export a function avahi_entry_group_free, of
 * different meaning, which each of them also calls: linked into one program, one of the
 * two libraries would call the other's and crash. So neither is linked; each is opened
 * by itself with dlopen, where it sees its own first, and is called through a table.
 * A library is opened when first asked for and never closed: who runs embedded does not
 * load D-Bus. What they share, libavahi-common, is linked as usual.
 */
#ifndef LTH_DISCOVERY_AVAHI_LIBS_H
#define LTH_DISCOVERY_AVAHI_LIBS_H

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-core/core.h>
#include <avahi-core/log.h>
#include <avahi-core/lookup.h>
#include <avahi-core/publish.h>

#define AVAHI_CLIENT_CALLS(X)                                                                      \
    X(client_new)                                                                                  \
    X(client_free)                                                                                 \
    X(client_errno)                                                                                \
    X(entry_group_new)                                                                             \
    X(entry_group_free)                                                                            \
    X(entry_group_reset)                                                                           \
    X(entry_group_is_empty)                                                                        \
    X(entry_group_add_service)                                                                     \
    X(entry_group_commit)                                                                          \
    X(service_browser_new)                                                                         \
    X(service_browser_free)                                                                        \
    X(service_resolver_new)                                                                        \
    X(service_resolver_free)

#define AVAHI_CORE_CALLS(X)                                                                        \
    X(set_log_function)                                                                            \
    X(server_config_init)                                                                          \
    X(server_config_free)                                                                          \
    X(server_new)                                                                                  \
    X(server_free)                                                                                 \
    X(server_set_host_name)                                                                        \
    X(server_add_service)                                                                          \
    X(server_add_address)                                                                          \
    X(s_entry_group_new)                                                                           \
    X(s_entry_group_free)                                                                          \
    X(s_entry_group_reset)                                                                         \
    X(s_entry_group_commit)                                                                        \
    X(s_entry_group_get_state)                                                                     \
    X(s_service_browser_new)                                                                       \
    X(s_service_browser_free)                                                                      \
    X(s_service_resolver_new)                                                                      \
    X(s_service_resolver_free)

/* One pointer per call, of the type its header declares, without the prefix avahi_. */
#define AVAHI_CALL_POINTER(name) __typeof__ (&avahi_##name)(name);
struct avahi_client_lib {
    AVAHI_CLIENT_CALLS(AVAHI_CALL_POINTER)
};
struct avahi_core_lib {
    AVAHI_CORE_CALLS(AVAHI_CALL_POINTER)
};
#undef AVAHI_CALL_POINTER

/* NULL when the library or one of the calls is not installed. Static; one thread. */
const struct avahi_client_lib *avahi_client_lib(void);
const struct avahi_core_lib *avahi_core_lib(void);

#endif
