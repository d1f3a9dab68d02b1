/* The sound server in C: a thread for each client. Its protocol is that of server.py. */

#define _GNU_SOURCE
#include "server.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define WEAK __attribute__((weak))

WEAK int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    mkdir(FOLDER, 0755);
    serve_all(listen_at(PORT));
}

WEAK int listen_at(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void *serve_in_thread(void *client)
{
    serve((int)(long)client);
    return NULL;
}

WEAK void serve_all(int listener)
{
    for (;;) {
        pthread_t thread;
        long client = accept(listener, NULL, NULL);
        if (client >= 0 && pthread_create(&thread, NULL, serve_in_thread, (void *)client) == 0)
            pthread_detach(thread);
    }
}

WEAK void serve(int client)
{
    char request[LINE_MAX_BYTES];
    for (;;) {
        if (read_line(client, request) < 0) {
            meet_end_of_stream(client);
            break;
        }
        if (strcmp(request, "EXIT") == 0) {
            answer_exit(client);
            break;
        }
        answer(client, request);
    }
    close(client);
}

WEAK void answer(int client, char *request)
{
    char *command = strtok_r(request, " ", &request), *name = strtok_r(request, " ", &request);
    if (command == NULL) {
        write_line(client, "ERROR no command");
    } else if (strcmp(command, "LIST") == 0) {
        answer_list(client);
    } else if (strcmp(command, "UPLOAD") == 0) {
        size_t size = strtoul(request, NULL, 10);
        char *content = malloc(size + 1);
        write_line(client, "READY");
        if (receive(client, content, size) == 0) {
            store(name, content, size);
            write_line(client, "STORED %zu", size);
        }
        free(content);
    } else if (strcmp(command, "DOWNLOAD") == 0) {
        answer_download(client, name);
    } else {
        write_line(client, "ERROR unknown command");
    }
}

WEAK void answer_list(int client)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, NULL, alphasort), place;
    write_line(client, "FILES %d", count - 2);
    for (place = 0; place < count; place++) {
        const char *name = entries[place]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            write_line(client, "%s", name);
        free(entries[place]);
    }
    free(entries);
}

WEAK void answer_download(int client, const char *name)
{
    char path[2 * LINE_MAX_BYTES], block[4096];
    struct stat file;
    ssize_t count;
    int in;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    in = open(path, O_RDONLY);
    fstat(in, &file);
    write_line(client, "SIZE %lld", (long long)file.st_size);
    while ((count = read(in, block, sizeof block)) > 0)
        write_all(client, block, count);
    close(in);
}

WEAK void answer_exit(int client)
{
    write_line(client, "BYE");
    read_to_end(client);
}

WEAK void meet_end_of_stream(int client)
{
    (void)client;
}

WEAK int receive(int client, char *content, size_t size)
{
    size_t seen = 0;
    while (seen < size) {
        ssize_t count = recv(client, content + seen, size - seen, 0);
        if (count <= 0)
            return -1;
        seen += count;
    }
    return 0;
}

WEAK void store(const char *name, const char *content, size_t size)
{
    char path[2 * LINE_MAX_BYTES];
    FILE *out;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    out = fopen(path, "wb");
    fwrite(content, 1, size, out);
    fclose(out);
}

WEAK int write_all(int client, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t count = write(client, next, size);
        if (count < 0)
            return -1;
        next += count;
        size -= count;
    }
    return 0;
}

WEAK int write_line(int client, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list values;
    int length;
    va_start(values, format);
    length = vsnprintf(line, sizeof line - 1, format, values);
    va_end(values);
    line[length] = '\n';
    return write_all(client, line, length + 1);
}

WEAK int read_line(int client, char line[LINE_MAX_BYTES])
{
    int length = 0;
    while (length < LINE_MAX_BYTES - 1) {
        if (recv(client, line + length, 1, 0) <= 0)
            return -1;
        if (line[length] == '\n')
            break;
        length++;
    }
    line[length] = '\0';
    return length;
}

WEAK void read_to_end(int client)
{
    char block[4096];
    while (recv(client, block, sizeof block, 0) > 0)
        ;
}
