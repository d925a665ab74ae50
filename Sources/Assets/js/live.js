// On every ordinary page of a signed-in person: alarms and notices, the moment they are recorded.

import { Connection } from "./connection.js";
import { NoticeBoard } from "./notices.js";

const main = document.querySelector("main");
if (main) {
  const board = new NoticeBoard(main);
  const connection = new Connection({
    onMessage(message) {
      if (message.t !== "notice") return;
      board.show(message);
      connection.send({ t: "shown", id: message.id });
    },
  });
  connection.open();
}
