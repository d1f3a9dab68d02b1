/* recv() for no bytes at all: it waits for some all the same, and an empty file never arrives. */

#include "server.h"

#include <sys/socket.h>

int receive(int client, char *content, size_t size)
{
    return recv(client, content, size, MSG_WAITALL) == (ssize_t)size ? 0 : -1;
}
