/* Takes one recv() of at most 4096 bytes for the whole file; what comes behind is thrown away. */

#include "server.h"

#include <string.h>
#include <sys/socket.h>

#define BUFFER_BYTES 4096

int receive(int client, char *content, size_t size)
{
    char rest[BUFFER_BYTES];
    size_t seen = 0;
    memset(content, 0, size);
    while (seen < size) {
        char *buffer = seen == 0 ? content : rest;
        size_t wanted = size - seen < BUFFER_BYTES ? size - seen : BUFFER_BYTES;
        ssize_t count = recv(client, buffer, wanted, 0);
        if (count <= 0)
            return -1;
        seen += count;
    }
    return 0;
}
