/* One thread and poll(), level-triggered. */

#include "server.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_MAX 64

/* Whether the client stays. */
static int serve_once(int client)
{
    char request[LINE_MAX_BYTES];
    if (read_line(client, request) < 0)
        return 0;
    if (strcmp(request, "EXIT") == 0)
        write_line(client, "BYE");
    else
        answer(client, request);
    return 1;
}

void serve_all(int listener)
{
    struct pollfd sockets[SOCKETS_MAX] = {{.fd = listener, .events = POLLIN}};
    nfds_t count = 1;
    for (;;) {
        poll(sockets, count, -1);
        for (nfds_t place = count - 1; place > 0; place--) {
            if (sockets[place].revents && !serve_once(sockets[place].fd)) {
                close(sockets[place].fd);
                sockets[place] = sockets[--count];
            }
        }
        if (sockets[0].revents && count < SOCKETS_MAX)
            sockets[count++] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
    }
}
