# The server with its embedded store. Build: docker build -t contaluz .
# Run: docker run -p 8000:8000 -p 8001:8001/udp -v contaluz:/data contaluz
FROM denoland/deno:debian-2.9.6
WORKDIR /app
COPY deno.json deno.lock ./
COPY meter-firmware/protocol meter-firmware/protocol
COPY server server
RUN deno cache server/main.ts server/admin/main.ts && mkdir /data && chown deno:deno /data
USER deno
ENV CONTALUZ_DATA=/data
VOLUME /data
EXPOSE 8000 8001/udp
CMD ["task", "start"]
