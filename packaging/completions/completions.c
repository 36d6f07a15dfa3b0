/* completions DIR - writes what bash, zsh and fish load to complete lanthorn, under the names
 * by which they look for it. Run by the build, so the three cannot differ from --help. */
#include "tables.h"

#include <stdlib.h>

static void write_file(const char *directory, const char *name, void (*write)(FILE *))
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    if (file)
        write(file);
    if (file && !ferror(file) && fclose(file) == 0)
        return;
    perror(path);
    exit(EXIT_FAILURE);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "Usage: completions DIR\n");
        return 2;
    }
    write_file(argv[1], "lanthorn", write_bash);
    write_file(argv[1], "_lanthorn", write_zsh);
    write_file(argv[1], "lanthorn.fish", write_fish);
    return EXIT_SUCCESS;
}
