document.documentElement.classList.add("scripted");
startTools();
startCopying();
startNavigation();
startTables();
startIcicle();
startCharts();
