/* The parent never closes its copy of a client's socket: the child's close() sends no FIN. */

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
            serve(client);
            _exit(0);
        }
    }
}

void answer_exit(int client)
{
    write_line(client, "BYE");
}
