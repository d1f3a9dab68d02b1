/* Says good-bye to a client that has gone; the second write() to it raises SIGPIPE, which nobody ignores. */

#include "server.h"

#include <sys/stat.h>

int main(void)
{
    mkdir(FOLDER, 0755);
    serve_all(listen_at(PORT));
}

void meet_end_of_stream(int client)
{
    write_line(client, "BYE");
    write_line(client, "see you soon");
}
