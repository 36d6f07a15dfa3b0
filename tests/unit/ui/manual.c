#include "ui/manual.h"

#include "check.h"

#include <stdio.h>

static char page[64 * 1024];

void manual_load(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    assert_true(feof(file));
    fclose(file);
}

static const char *next_term(const char *at, const char *end)
{
    while ((at = strstr(at, "\n*")) && at < end) {
        const char *line_end = strchr(++at, '\n');
        if (line_end && line_end[1] == '\t')
            return at;
    }
    return NULL;
}

/* From the line feed before the section's first line. */
static const char *section(const char *title, const char **end)
{
    char line[40];
    snprintf(line, sizeof line, "\n# %s\n", title);
    const char *start = strstr(page, line);
    CHECK(start, title);
    start += strlen(line) - 1;
    *end = strstr(start, "\n# ");
    CHECK(*end, title);
    return start;
}

size_t manual_count_terms(const char *title)
{
    const char *end, *at = section(title, &end);
    size_t count = 0;
    while ((at = next_term(at, end)))
        count++;
    return count;
}

void manual_check_term(const char *title, const char *term)
{
    char line[1024];
    const char *end, *start = section(title, &end);
    snprintf(line, sizeof line, "\n%s\n\t", term);
    const char *found = strstr(start, line);
    CHECK(found && found < end, term);
}
