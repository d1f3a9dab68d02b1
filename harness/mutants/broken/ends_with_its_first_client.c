/* A backlog of one, and no loop around accept(): the first client is the last. */

#include "server.h"

#include <sys/socket.h>

void serve_all(int listener)
{
    listen(listener, 1);
    serve(accept(listener, NULL, NULL));
}
