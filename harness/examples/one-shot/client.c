/* A file client for scripts: ./client HOST PORT list | upload NAME | download NAME */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *in, *out;
static char line[512];

static void ask(void)
{
    fflush(out);
    if (!fgets(line, sizeof line, in)) {
        fprintf(stderr, "the server closed the connection\n");
        exit(1);
    }
}

static int list(void)
{
    fprintf(out, "LIST\n");
    ask();
    for (int left = atoi(line + strlen("FILES ")); left > 0; left--) {
        ask();
        fputs(line, stdout);
    }
    return 0;
}

static int upload(const char *name)
{
    struct stat found;
    FILE *file = fopen(name, "rb");
    if (!file || fstat(fileno(file), &found) != 0) {
        perror(name);
        return 1;
    }
    fprintf(out, "UPLOAD %s %ld\n", name, (long)found.st_size);
    ask();
    for (int byte; (byte = getc(file)) != EOF;)
        putc(byte, out);
    fclose(file);
    ask();
    fputs(line, stdout);
    return strncmp(line, "STORED", 6) != 0;
}

static int download(const char *name)
{
    fprintf(out, "DOWNLOAD %s\n", name);
    ask();
    if (strncmp(line, "SIZE ", 5) != 0) {
        fputs(line, stderr);
        return 1;
    }
    FILE *file = fopen(name, "wb");
    for (long left = atol(line + 5); file && left > 0; left--)
        putc(getc(in), file);
    return !file || fclose(file) != 0;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s HOST PORT list | upload NAME | download NAME\n", argv[0]);
        return 2;
    }
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&server, sizeof server) != 0) {
        perror("connect");
        return 1;
    }
    in = fdopen(connection, "rb");
    out = fdopen(dup(connection), "wb");
    if (strcmp(argv[3], "list") == 0)
        return list();
    if (argc > 4 && strcmp(argv[3], "upload") == 0)
        return upload(argv[4]);
    if (argc > 4 && strcmp(argv[3], "download") == 0)
        return download(argv[4]);
    fprintf(stderr, "unknown command %s\n", argv[3]);
    return 2;
}
