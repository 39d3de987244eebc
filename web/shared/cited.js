// Brings the cited span of an article into view.

document.getElementById("cited")?.scrollIntoView({ block: "center" });
