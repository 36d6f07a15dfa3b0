#include "ui/json_command.h"

#include "base/utf8.h"
#include "ui/json_writer.h"

#include <stdlib.h>
#include <string.h>

enum field_type {
    FIELD_STRING,
    FIELD_TEXT,
    FIELD_COUNT,
    FIELD_SECONDS,
    FIELD_RECORD,
    FIELD_MEMBERS
};

/* What each command takes: a key, its type, and where in struct command it goes. */
static const struct field {
    enum command_type command;
    const char *key;
    enum field_type type;
    bool required;
    size_t offset;
} fields[] = {
    {COMMAND_SEND, "to", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_SEND, "text", FIELD_TEXT, true, offsetof(struct command, text)},
    {COMMAND_HISTORY, "with", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_HISTORY, "last", FIELD_COUNT, false, offsetof(struct command, last)},
    {COMMAND_HISTORY, "before", FIELD_STRING, false, offsetof(struct command, id)},
    {COMMAND_MESSAGE, "id", FIELD_STRING, true, offsetof(struct command, id)},
    {COMMAND_NAME, "name", FIELD_STRING, true, offsetof(struct command, name)},
    {COMMAND_PETNAME, "peer", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_PETNAME, "petname", FIELD_STRING, true, offsetof(struct command, name)},
    {COMMAND_VERIFY, "peer", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_VERIFY, "number", FIELD_STRING, false, offsetof(struct command, number)},
    {COMMAND_BLOCK, "peer", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_UNBLOCK, "peer", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_PEER_ADD, "address", FIELD_STRING, true, offsetof(struct command, address)},
    {COMMAND_PEER_REMOVE, "address", FIELD_STRING, true, offsetof(struct command, address)},
    {COMMAND_GROUP_CREATE, "name", FIELD_STRING, true, offsetof(struct command, name)},
    {COMMAND_GROUP_CREATE, "members", FIELD_MEMBERS, false, offsetof(struct command, members)},
    {COMMAND_GROUP_ADD, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_ADD, "member", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_GROUP_REMOVE, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_REMOVE, "member", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_GROUP_PROMOTE, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_PROMOTE, "member", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_GROUP_DEMOTE, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_DEMOTE, "member", FIELD_STRING, true, offsetof(struct command, who)},
    {COMMAND_GROUP_LEAVE, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_REKEY, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_RENAME, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_RENAME, "name", FIELD_STRING, true, offsetof(struct command, name)},
    {COMMAND_GROUP_HISTORY, "group", FIELD_STRING, true, offsetof(struct command, group)},
    {COMMAND_GROUP_HISTORY, "history", FIELD_STRING, true, offsetof(struct command, history)},
    {COMMAND_SHOWN, "record", FIELD_RECORD, true, offsetof(struct command, record)},
    {COMMAND_SYNC, "timeout_s", FIELD_SECONDS, false, offsetof(struct command, timeout_s)},
};

/* Commands of the interface that this version does not have. */
static const char *const absent[] = {"search", "delete", "doctor"};

#define REFUSE(why, error, ...)                                                                    \
    (sentence_set(&(why)->why, __VA_ARGS__), (why)->code = (error), false)

/* The string under key, which no zero cuts short; NULL with *why. */
static const char *plain_string(const char *key, const json_t *value, struct refusal *why)
{
    const char *text = json_string_value(value);
    const char *wrong = !text                                       ? "be a string"
                        : strlen(text) != json_string_length(value) ? "not contain a zero byte"
                                                                    : NULL;
    if (!wrong)
        return text;
    (void)REFUSE(why, CODE_MALFORMED, "\"%s\" must %s.", key, wrong);
    return NULL;
}

static bool take_string(const struct field *f, const json_t *value, struct command *c,
                        struct refusal *why)
{
    const char *text = plain_string(f->key, value, why);
    if (!text)
        return false;
    memcpy((char *)c + f->offset, &text, sizeof text);
    return true;
}

static bool take_text(const json_t *value, struct command *c, struct refusal *why)
{
    if (!json_is_string(value))
        return REFUSE(why, CODE_MALFORMED, "\"text\" must be a string.");
    c->text = (const uint8_t *)json_string_value(value);
    c->text_len = json_string_length(value);
    return true;
}

static bool take_number(const struct field *f, const json_t *value, struct command *c,
                        struct refusal *why)
{
    json_int_t min = f->type == FIELD_COUNT ? 1 : 0;
    json_int_t max = f->type == FIELD_COUNT ? HISTORY_MAX : UINT32_MAX - 1;
    if (!json_is_integer(value))
        return REFUSE(why, CODE_MALFORMED, "\"%s\" must be a whole number.", f->key);
    json_int_t number = json_integer_value(value);
    if (number < min || number > max)
        return REFUSE(why, CODE_USAGE, "\"%s\" must be %lld to %lld.", f->key, (long long)min,
                      (long long)max);
    uint32_t taken = (uint32_t)number;
    memcpy((char *)c + f->offset, &taken, sizeof taken);
    return true;
}

static bool take_record(const struct field *f, const json_t *value, struct command *c,
                        struct refusal *why)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return REFUSE(why, CODE_MALFORMED, "\"%s\" must be the number of a record.", f->key);
    uint64_t record = (uint64_t)json_integer_value(value);
    memcpy((char *)c + f->offset, &record, sizeof record);
    return true;
}

/* Room for the members of the command; false with *why. */
static bool make_members(size_t count, struct parsed_command *p, struct refusal *why)
{
    if (count > INVITED_MAX)
        return REFUSE(why, CODE_LIMIT, "\"members\" has %zu names and the limit is %d.", count,
                      INVITED_MAX);
    p->members = calloc(count ? count : 1, sizeof *p->members);
    if (!p->members)
        return REFUSE(why, CODE_INTERNAL, "Nothing was done, because memory is short: try again.");
    p->command.members = p->members;
    p->command.member_count = count;
    return true;
}

static bool is_array_of_strings(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_string(json_array_get(value, i)))
            return false;
    return json_is_array(value);
}

static bool take_members(const json_t *value, struct parsed_command *p, struct refusal *why)
{
    size_t count = json_array_size(value);
    if (!is_array_of_strings(value))
        return REFUSE(why, CODE_MALFORMED, "\"members\" must be an array of strings.");
    if (!make_members(count, p, why))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!(p->members[i] = plain_string("members", json_array_get(value, i), why)))
            return false;
    return true;
}

static bool take_field(const struct field *f, const json_t *value, struct parsed_command *p,
                       struct refusal *why)
{
    struct command *c = &p->command;
    if (!value || json_is_null(value)) {
        if (f->required)
            return REFUSE(why, CODE_USAGE, "\"%s\" needs the field \"%s\".", command_word(c->type),
                          f->key);
        return true;
    }
    switch (f->type) {
    case FIELD_STRING: return take_string(f, value, c, why);
    case FIELD_TEXT: return take_text(value, c, why);
    case FIELD_COUNT:
    case FIELD_SECONDS: return take_number(f, value, c, why);
    case FIELD_RECORD: return take_record(f, value, c, why);
    case FIELD_MEMBERS: return take_members(value, p, why);
    }
    return false;
}

static bool take_fields(struct parsed_command *p, struct refusal *why)
{
    for (size_t i = 0; i < LENGTH(fields); i++)
        if (fields[i].command == p->command.type &&
            !take_field(&fields[i], json_object_get(p->root, fields[i].key), p, why))
            return false;
    return true;
}

static bool refuse_word(const char *word, struct refusal *why)
{
    for (size_t i = 0; i < LENGTH(absent); i++)
        if (strcmp(word, absent[i]) == 0)
            return REFUSE(why, CODE_UNSUPPORTED, "This version cannot do \"%s\" yet.", word);
    return REFUSE(why, CODE_USAGE, "\"%s\" is not a command.", word);
}

static bool find_type(const json_t *root, enum command_type *type, struct refusal *why)
{
    const json_t *value = json_object_get(root, "do");
    if (!value)
        return REFUSE(why, CODE_USAGE, "A command needs the field \"do\".");
    const char *word = plain_string("do", value, why);
    if (!word)
        return false;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        *type = (enum command_type)i;
        if (strcmp(command_word(*type), word) == 0)
            return true;
    }
    return refuse_word(word, why);
}

static bool take_ref(struct parsed_command *p, struct refusal *why)
{
    const json_t *ref = json_object_get(p->root, "ref");
    if (!ref || json_is_null(ref))
        return true;
    if (!json_is_string(ref))
        return REFUSE(why, CODE_MALFORMED, "\"ref\" must be a string.");
    p->ref = (struct json_ref){json_string_value(ref), json_string_length(ref)};
    return true;
}

bool json_command_parse(const char *line, size_t len, struct parsed_command *out,
                        struct refusal *why)
{
    json_error_t error;
    *out = (struct parsed_command){.command.timeout_s = UINT32_MAX};
    out->root = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!out->root)
        return REFUSE(why, CODE_MALFORMED, "The line is not JSON: %s.", error.text);
    if (!json_is_object(out->root))
        return REFUSE(why, CODE_MALFORMED, "The line is not a JSON object.");
    return take_ref(out, why) && find_type(out->root, &out->command.type, why) &&
           take_fields(out, why);
}

void json_command_clear(struct parsed_command *p)
{
    json_decref(p->root);
    free(p->members);
    *p = (struct parsed_command){0};
}

/* ---- and back ---- */

static bool is_good(const void *text, size_t len)
{
    return utf8_is_valid(text, len);
}

/* What c has for the field; a string that is not there is left out. */
static bool put_string(struct json_writer *w, const struct field *f, const struct command *c)
{
    const char *text;
    memcpy(&text, (const char *)c + f->offset, sizeof text);
    if (!text)
        return !f->required;
    json_put_string(w, f->key, text);
    return is_good(text, strlen(text));
}

/* A number that asks for the default is left out. */
static bool put_number(struct json_writer *w, const struct field *f, const struct command *c)
{
    uint32_t number;
    memcpy(&number, (const char *)c + f->offset, sizeof number);
    if (number != (f->type == FIELD_COUNT ? 0 : UINT32_MAX))
        json_put_number(w, f->key, number);
    return true;
}

static bool put_members(struct json_writer *w, const char *key, const struct command *c)
{
    bool all_good = true;
    json_put_open(w, key, '[');
    for (size_t i = 0; i < c->member_count; i++) {
        json_put_string(w, NULL, c->members[i]);
        all_good = all_good && is_good(c->members[i], strlen(c->members[i]));
    }
    json_put_close(w, ']');
    return all_good;
}

static bool put_field(struct json_writer *w, const struct field *f, const struct command *c)
{
    switch (f->type) {
    case FIELD_STRING: return put_string(w, f, c);
    case FIELD_TEXT:
        json_put_text(w, f->key, c->text, c->text_len);
        return is_good(c->text, c->text_len);
    case FIELD_COUNT:
    case FIELD_SECONDS: return put_number(w, f, c);
    case FIELD_RECORD: json_put_number(w, f->key, c->record); return true;
    case FIELD_MEMBERS: return put_members(w, f->key, c);
    }
    return false;
}

enum lth_err json_command_write(struct buffer *out, const struct command *c, struct json_ref ref)
{
    struct json_writer w = json_writer_over(out);
    bool all_good = true;
    json_put_open(&w, NULL, '{');
    json_put_string(&w, "do", command_word(c->type));
    if (ref.text)
        json_put_text(&w, "ref", ref.text, ref.len);
    for (size_t i = 0; i < LENGTH(fields); i++)
        if (fields[i].command == c->type)
            all_good = put_field(&w, &fields[i], c) && all_good;
    json_put_close(&w, '}');
    enum lth_err err = json_writer_finish(&w);
    if (err == LTH_OK && !all_good)
        out->len = w.start;
    return err == LTH_OK && !all_good ? LTH_MALFORMED : err;
}
