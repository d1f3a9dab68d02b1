/* One thread and poll(), level-triggered; it never waits for the rest of anybody's line. */

#include "server.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_MAX 64

struct request {
    char line[LINE_MAX_BYTES];
    int length;
};

/* Takes a byte, and answers the line that it ends. Whether the client stays. */
static int serve_once(int client, struct request *request)
{
    char *next = request->line + request->length;
    if (request->length == LINE_MAX_BYTES - 1 || recv(client, next, 1, 0) <= 0)
        return 0;
    if (*next != '\n') {
        request->length++;
        return 1;
    }
    *next = '\0';
    request->length = 0;
    if (strcmp(request->line, "EXIT") == 0)
        write_line(client, "BYE");
    else
        answer(client, request->line);
    return 1;
}

void serve_all(int listener)
{
    static struct request requests[SOCKETS_MAX];
    struct pollfd sockets[SOCKETS_MAX] = {{.fd = listener, .events = POLLIN}};
    nfds_t count = 1;
    for (;;) {
        poll(sockets, count, -1);
        for (nfds_t place = count - 1; place > 0; place--) {
            if (sockets[place].revents && !serve_once(sockets[place].fd, &requests[place])) {
                close(sockets[place].fd);
                sockets[place] = sockets[--count];
                requests[place] = requests[count];
            }
        }
        if (sockets[0].revents && count < SOCKETS_MAX) {
            requests[count].length = 0;
            sockets[count++] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
        }
    }
}
