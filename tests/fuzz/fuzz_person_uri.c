/* ui/person_uri.h: any text as a link. What is refused is told; what is taken can be written again,
 * and then says the same. */
#include "ui/person_uri.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void check_again(const struct person_uri *uri)
{
    uint8_t id[ID_LEN];
    char text[PERSON_URI_SIZE];
    struct person_uri again;
    struct sentence why;
    require(id_parse(uri->id, id) == LTH_OK);
    require(utf8_is_valid((const uint8_t *)uri->name, strlen(uri->name)));
    person_uri_write(id, uri->name, text);
    require(strlen(text) < sizeof text);
    require(person_uri_parse(text, &again, &why) == LTH_OK);
    require(strcmp(uri->id, again.id) == 0 && strcmp(uri->name, again.name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct person_uri uri;
    struct sentence why = {""};
    char *text = malloc(len + 1); /* of its own, so that a step too far is seen */
    if (!text)
        return 0;
    memcpy(text, input, len);
    text[len] = '\0';
    if (person_uri_parse(text, &uri, &why) == LTH_OK)
        check_again(&uri);
    else
        require(why.text[0]);
    free(text);
    return 0;
}
