/* Says good-bye to a client that has gone; the second write() to it raises SIGPIPE, which nobody ignores. */

#include "server.h"

#include <poll.h>
#include <sys/stat.h>

int main(void)
{
    mkdir(FOLDER, 0755);
    serve_all(listen_at(PORT));
}

void meet_end_of_stream(int client)
{
    struct pollfd answer = {.fd = client};
    write_line(client, "BYE");
    poll(&answer, 1, -1); /* for the RST that answers the first */
    write_line(client, "see you soon");
}
