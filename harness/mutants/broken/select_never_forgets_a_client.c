/* recv() returns 0 and the socket stays in the set: select() returns at once, for ever. */

#include "server.h"

#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

static void serve_once(int client)
{
    char request[LINE_MAX_BYTES];
    if (read_line(client, request) < 0)
        return;
    if (strcmp(request, "EXIT") == 0)
        write_line(client, "BYE");
    else
        answer(client, request);
}

void serve_all(int listener)
{
    fd_set watched, ready;
    FD_ZERO(&watched);
    FD_SET(listener, &watched);
    for (;;) {
        ready = watched;
        select(FD_SETSIZE, &ready, NULL, NULL, NULL);
        for (int socket = 0; socket < FD_SETSIZE; socket++) {
            if (!FD_ISSET(socket, &ready))
                continue;
            if (socket == listener) {
                int client = accept(listener, NULL, NULL);
                FD_SET(client, &watched);
            } else {
                serve_once(socket);
            }
        }
    }
}
