/* SIGTERM sets a flag that is looked at between clients, and accept() is restarted: the flag is never seen. */

#include "server.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int signal)
{
    (void)signal;
    is_over = 1;
}

int main(void)
{
    int listener;
    signal(SIGTERM, end);
    mkdir(FOLDER, 0755);
    listener = listen_at(PORT);
    while (!is_over) {
        int client = accept(listener, NULL, NULL);
        if (fork() == 0) {
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
