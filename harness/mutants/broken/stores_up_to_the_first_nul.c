/* Takes a file for a string: strlen() ends at the first NUL byte. */

#include "server.h"

#include <stdio.h>
#include <string.h>

void store(const char *name, const char *content, size_t size)
{
    char path[2 * LINE_MAX_BYTES];
    FILE *out;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    out = fopen(path, "w");
    if (size > 0)
        fwrite(content, 1, strlen(content), out);
    fclose(out);
}
