#include "discovery/avahi_libs.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

/* Where the address of a call is to be written; the tables hold nothing else. */
struct call {
    const char *name;
    void *pointer;
};

static bool load_call(void *library, const struct call *call)
{
    void *address = dlsym(library, call->name);
    memcpy(call->pointer, &address, sizeof address); /* ISO C has no cast between the two */
    return address != NULL;
}

static bool load(const char *soname, const struct call *calls, size_t count)
{
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    bool complete = library != NULL;
    for (size_t i = 0; complete && i < count; i++)
        complete = load_call(library, &calls[i]);
    return complete;
}

#define CALL(name) {"avahi_" #name, (void *)&lib.name},

const struct avahi_client_lib *avahi_client_lib(void)
{
    static struct avahi_client_lib lib;
    static const struct call calls[] = {AVAHI_CLIENT_CALLS(CALL)};
    static bool loaded;
    if (!loaded)
        loaded = load("libavahi-client.so.3", calls, sizeof calls / sizeof *calls);
    return loaded ? &lib : NULL;
}

const struct avahi_core_lib *avahi_core_lib(void)
{
    static struct avahi_core_lib lib;
    static const struct call calls[] = {AVAHI_CORE_CALLS(CALL)};
    static bool loaded;
    if (!loaded)
        loaded = load("libavahi-core.so.7", calls, sizeof calls / sizeof *calls);
    return loaded ? &lib : NULL;
}
