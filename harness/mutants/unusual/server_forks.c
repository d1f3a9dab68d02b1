/* A process for each client, and the parent closes its copy of the socket. */

#include "server.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

void serve_all(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (fork() == 0) {
            close(listener);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
