#include "ui/shell_help.h"

#include "ui/shell.h"

#include <string.h>

static void print_option(FILE *to, const struct shell_option *option)
{
    const char *argument = option->argument;
    int width = fprintf(to, "  ");
    if (option->letter)
        width += fprintf(to, "-%c, ", option->letter);
    width += fprintf(to, "--%s%s%s", option->name, argument ? " " : "", argument ? argument : "");
    fprintf(to, "%*s%s\n", width < 24 ? 24 - width : 1, "", option->help);
}

static void print_options(FILE *to, const char *usage)
{
    const struct shell_option *option;
    for (size_t i = 0; (option = shell_option(i)); i++)
        if (option->is_common || shell_usage_names(usage, option))
            print_option(to, option);
}

static void print_row(FILE *to, const struct shell_row *row)
{
    int width = fprintf(to, "  %s%s%s", row->name, *row->usage ? " " : "", row->usage);
    fprintf(to, width < 30 ? "%*s%s\n" : "\n%*s%s\n", width < 30 ? 30 - width : 30, "", row->help);
}

/* What the capitals of a row's usage stand for; of all rows: NULL. */
static void print_foot(FILE *to, const struct shell_row *row)
{
    const char *usage = row ? row->usage : "";
    fprintf(to, "\nOptions\n");
    print_options(to, usage);
    if (!row)
        fprintf(to, "\nWHO is a name, an id or its first letters; for send, history and export "
                    "also a group:\nits id, or '#NAME' in quotes.\n");
    else if (strstr(usage, "GROUP"))
        fprintf(to, "\nGROUP is a name or an id; '#NAME' stands in quotes.\n");
    else if (strstr(usage, "WHO"))
        fprintf(to, "\nWHO is a name, an id or its first letters%s.\n",
                shell_row_takes_group(row) ? ", or a group: its id, or '#NAME' in quotes" : "");
}

static void print_command(FILE *to, const struct shell_row *row)
{
    fprintf(to, "Usage: lanthorn %s%s%s\n%s\n", row->name, *row->usage ? " " : "", row->usage,
            row->help);
    print_foot(to, row);
}

/* The row that is called so, or NULL. */
static const struct shell_row *row_called(const char *name)
{
    const struct shell_row *row;
    for (size_t i = 0; (row = shell_row(i)); i++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

/* True for the first word of commands. */
static bool has_commands(const char *topic)
{
    const struct shell_row *row;
    for (size_t i = 0; (row = shell_row(i)); i++)
        if (shell_row_begins(row, topic))
            return true;
    return false;
}

bool shell_help_print(FILE *to, const char *topic)
{
    const struct shell_row *row = topic ? row_called(topic) : NULL;
    if (row) {
        print_command(to, row);
        return true;
    }
    if (topic && !has_commands(topic))
        return false;
    fprintf(to, "Usage: lanthorn COMMAND ...\nWhat the node that runs is told, and asked.\n\n");
    for (size_t i = 0; (row = shell_row(i)); i++)
        if (!topic || shell_row_begins(row, topic))
            print_row(to, row);
    print_foot(to, NULL);
    return true;
}

void shell_help_list(FILE *to)
{
    const struct shell_row *row;
    for (size_t i = 0; (row = shell_row(i)); i++)
        print_row(to, row);
}
