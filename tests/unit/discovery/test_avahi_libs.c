/* Both Avahi libraries in one process, each with its own avahi_entry_group_free. */
#include "check.h"

#include "discovery/avahi_libs.h"

#include <dlfcn.h>

static const char *library_of(void (*call)(void))
{
    Dl_info info = {0};
    void *address;
    memcpy(&address, &call, sizeof address);
    return dladdr(address, &info) ? info.dli_fname : "";
}

static void test_every_call_comes_from_its_own_library(void **state)
{
    (void)state;
    const struct avahi_client_lib *client = avahi_client_lib();
    const struct avahi_core_lib *core = avahi_core_lib();
    assert_non_null(client);
    assert_non_null(core);
#define IN_CLIENT(name)                                                                            \
    CHECK(strstr(library_of((void (*)(void))client->name), "libavahi-client"), #name);
    AVAHI_CLIENT_CALLS(IN_CLIENT)
#define IN_CORE(name) CHECK(strstr(library_of((void (*)(void))core->name), "libavahi-core"), #name);
    AVAHI_CORE_CALLS(IN_CORE)
}

static void test_neither_library_is_in_the_way_of_the_other(void **state)
{
    (void)state;
    assert_non_null(avahi_client_lib());
    assert_non_null(avahi_core_lib());
    assert_null(dlsym(RTLD_DEFAULT, "avahi_entry_group_free")); /* none is seen by all */
}

static void test_a_library_is_loaded_once(void **state)
{
    (void)state;
    assert_ptr_equal(avahi_client_lib(), avahi_client_lib());
    assert_ptr_equal(avahi_core_lib(), avahi_core_lib());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_comes_from_its_own_library),
        cmocka_unit_test(test_neither_library_is_in_the_way_of_the_other),
        cmocka_unit_test(test_a_library_is_loaded_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
