/* The main of a fuzz target where there is no libFuzzer: gives it every file of a directory. */
#include "base/buffer.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static bool read_file(const char *dir, const char *name, struct buffer *out)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t got = 1;
    while (got > 0) {
        uint8_t *room = buffer_room(out, 4096);
        if (!room)
            break;
        got = fread(room, 1, 4096, file);
        out->len += got;
    }
    bool ok = !ferror(file);
    fclose(file);
    return ok;
}

/* From memory of exactly its length, so that a read beyond it is found. */
static void give(const struct buffer *input)
{
    uint8_t *exact = malloc(input->len + !input->len);
    if (!exact)
        abort();
    if (input->len)
        memcpy(exact, input->bytes, input->len);
    LLVMFuzzerTestOneInput(exact, input->len);
    free(exact);
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct buffer input = {0};
        if (entry->d_name[0] == '.')
            continue;
        if (!read_file(argv[1], entry->d_name, &input)) {
            perror(entry->d_name);
            return 1;
        }
        give(&input);
        buffer_clear(&input);
        count++;
    }
    closedir(dir);
    printf("%u inputs\n", count);
    return count ? 0 : 1; /* an empty corpus proves nothing */
}
