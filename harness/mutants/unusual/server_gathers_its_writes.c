/* A reply's header and its file leave by one writev(), as far as it takes them; the rest by sendfile(). */

#include "server.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

void answer_download(int client, const char *name)
{
    char path[2 * LINE_MAX_BYTES], header[64], block[1024];
    struct stat file;
    off_t sent;
    int in;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    in = open(path, O_RDONLY);
    fstat(in, &file);
    int length = snprintf(header, sizeof header, "SIZE %lld\n", (long long)file.st_size);
    struct iovec parts[] = {{header, length}, {block, pread(in, block, sizeof block, 0)}};
    sent = writev(client, parts, 2) - length;
    while (sent < file.st_size && sendfile(client, in, &sent, file.st_size - sent) > 0)
        ;
    close(in);
}
