document.documentElement.classList.add("scripted");
startTools();
startNavigation();
startTables();
for (const canvas of document.querySelectorAll(".canvas.flame")) report.changes ? new ChangeFlame(canvas) : new FlameGraph(canvas);
