/* Forgets htons(): on a little-endian machine port 5001 becomes 35091. */

#include "server.h"

#include <netinet/in.h>
#include <sys/socket.h>

int listen_at(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *)&address, sizeof address);
    listen(listener, 16);
    return listener;
}
