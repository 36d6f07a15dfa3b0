#include "ui/complain.h"

#include "base/display.h"
#include "ui/exit_status.h"
#include "ui/journal.h"
#include "ui/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char complaint_no_output[] =
    "Standard output takes nothing any more, and not all was printed.";
const char complaint_silent[] =
    "The node has not answered for 10 seconds: it is stopped, or very busy. Let it go on (kill "
    "-CONT), or try again.";

/* Empty when memory is out. */
static struct buffer __attribute__((format(printf, 2, 0)))
safe_line(const char *before, const char *format, va_list args)
{
    struct sentence text;
    struct buffer line = {0};
    vsnprintf(text.text, sizeof text.text, format, args);
    if (buffer_printf(&line, "%s", before) != LTH_OK ||
        display_line(&line, (const uint8_t *)text.text, strlen(text.text)) != LTH_OK ||
        buffer_printf(&line, "\n") != LTH_OK)
        buffer_clear(&line);
    return line;
}

void complain(const char *format, ...)
{
    static const char no_memory[] = "lanthorn: Memory is short, even for saying what is wrong.\n";
    va_list args;
    va_start(args, format);
    struct buffer line = safe_line("lanthorn: ", format, args);
    va_end(args);
    if (line.len)
        complain_lines(&line);
    else
        journal_write(JOURNAL_ERROR, no_memory, sizeof no_memory - 1);
}

void announce(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct buffer line = safe_line("", format, args);
    va_end(args);
    if (line.len)
        fwrite(line.bytes, 1, line.len, stdout);
    buffer_clear(&line);
}

void complain_lines(struct buffer *lines)
{
    if (lines->len)
        journal_write(JOURNAL_ERROR, (const char *)lines->bytes, lines->len);
    buffer_clear(lines);
}

int check_printed(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    complain("%s", complaint_no_output);
    return EXIT_FAILED;
}
