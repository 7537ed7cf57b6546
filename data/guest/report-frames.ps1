# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in a Windows guest, and tells the host about it once a second, as docs/guest-channel.md describes. Needs the
# virtio-serial driver, which virtio-win-guest-tools.exe installs. Frame rates come from a CSV file that PresentMon
# writes meanwhile (PresentMon --output_file FILE).
param(
    [ValidateRange(1, 3600)][int]$Interval = 1,
    [string]$Frames = '',
    [switch]$Once
)
$ErrorActionPreference = 'Stop'
$channel = '\\.\Global\io.github.handover.report.0'
$invariant = [Globalization.CultureInfo]::InvariantCulture

# The frames of the last second in PresentMon's file: their rate, the time that 99 of 100 stay under, the program.
function Read-Frames([string]$Path) {
    if (-not $Path -or -not (Test-Path -LiteralPath $Path)) { return @{} }
    $header = (Get-Content -LiteralPath $Path -TotalCount 1) -split ','
    $column = [Array]::IndexOf($header, 'MsBetweenPresents')
    if ($column -lt 0) { $column = [Array]::IndexOf($header, 'msBetweenPresents') }
    $program = [Array]::IndexOf($header, 'Application')
    if ($column -lt 0) { return @{} }
    $times = @()
    $sum = 0.0
    $name = $null
    $lines = @(Get-Content -LiteralPath $Path -Tail 500)
    for ($at = $lines.Count - 1; $at -ge 0 -and $sum -lt 1000; $at--) {
        $fields = $lines[$at] -split ','
        $time = 0.0
        if ($fields.Count -le $column) { continue }
        if (-not [double]::TryParse($fields[$column], 'Float', $invariant, [ref]$time)) { continue }
        if ($time -le 0) { continue }
        if ($null -eq $name -and $program -ge 0) { $name = $fields[$program] }
        if ($program -ge 0 -and $fields[$program] -ne $name) { continue }
        $times += $time
        $sum += $time
    }
    if ($times.Count -eq 0) { return @{} }
    $sorted = @($times | Sort-Object)
    $report = @{
        fps = [Math]::Round(1000 * $times.Count / $sum, 1)
        frame_ms_p99 = [Math]::Round($sorted[[Math]::Floor(($sorted.Count - 1) * 0.99)], 2)
    }
    if ($name) { $report.program = $name }
    return $report
}

# These classes have the same names in every language of Windows, which performance counters have not.
function Read-Usage {
    $report = @{}
    $cpu = Get-CimInstance Win32_PerfFormattedData_PerfOS_Processor -Filter "Name='_Total'"
    if ($cpu) { $report.cpu_percent = [Math]::Min(100, [int]$cpu.PercentProcessorTime) }
    $system = Get-CimInstance Win32_OperatingSystem
    $report.memory_used_mib = [long](($system.TotalVisibleMemorySize - $system.FreePhysicalMemory) / 1024)
    $engines = Get-CimInstance Win32_PerfFormattedData_GPUPerformanceCounters_GPUEngine `
        -Filter "Name LIKE '%engtype_3D'" -ErrorAction SilentlyContinue
    if ($engines) {
        $sum = ($engines | Measure-Object -Property UtilizationPercentage -Sum).Sum
        $report.gpu_percent = [Math]::Min(100, [int]$sum)
    }
    return $report
}

$port = [IO.File]::Open($channel, 'Open', 'ReadWrite', 'ReadWrite')
try {
    do {
        $report = @{ v = 1 } + (Read-Usage) + (Read-Frames $Frames)
        $line = (ConvertTo-Json -InputObject $report -Compress) + "`n"
        $bytes = [Text.Encoding]::UTF8.GetBytes($line)
        $port.Write($bytes, 0, $bytes.Length)
        $port.Flush()
        if (-not $Once) { Start-Sleep -Seconds $Interval }
    } until ($Once)
} finally {
    $port.Dispose()
}
