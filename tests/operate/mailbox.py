"""A mail server that keeps what it gets: python mailbox.py FOLDER, on port 25 of this machine."""

import asyncio
import sys
from pathlib import Path

GREETING, OK, GO_ON, BYE = (
    b"220 mailbox\r\n",
    b"250 OK\r\n",
    b"354 Send it\r\n",
    b"221 Bye\r\n",
)


async def serve(folder: Path) -> None:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(GO_ON)
                letter = (await reader.readuntil(b"\r\n.\r\n")).replace(b"\r\n..", b"\r\n.")
                number = sum(1 for _letter in folder.iterdir())
                (folder / f"{number:04}.eml").write_bytes(letter[:-3])
            writer.write(BYE if command == b"QUIT" else OK)
            if command == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 25)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
