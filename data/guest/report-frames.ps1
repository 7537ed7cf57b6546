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

# FileStream opens files only: the one of Windows PowerShell refuses every path of a device.
Add-Type -Namespace Handover -Name Port -MemberDefinition @'
[DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
public static extern Microsoft.Win32.SafeHandles.SafeFileHandle CreateFile(string name, uint access, uint share,
    System.IntPtr security, uint creation, uint flags, System.IntPtr template);
[DllImport("kernel32.dll", SetLastError = true)]
public static extern bool WriteFile(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] bytes, uint count,
    out uint written, System.IntPtr overlapped);
'@
# GENERIC_READ and GENERIC_WRITE, FILE_SHARE_READ and FILE_SHARE_WRITE, OPEN_EXISTING
$access = [uint32]3221225472
$share = [uint32]3
$existing = [uint32]3

function Get-Failure([string]$What) {
    $reason = [ComponentModel.Win32Exception][Runtime.InteropServices.Marshal]::GetLastWin32Error()
    return "$What $channel`: $($reason.Message)"
}

# The frames of the last second in PresentMon's file: their rate, the time that 99 of 100 stay under, the program.
function Read-Frames([string]$Path) {
    if (-not $Path -or -not (Test-Path -LiteralPath $Path)) { return @{} }
    $header = (Get-Content -LiteralPath $Path -TotalCount 1) -split ','
    # The name has changed from release to release.
    $column = -1
    foreach ($title in 'MsBetweenPresents', 'msBetweenPresents', 'FrameTime') {
        if ($column -lt 0) { $column = [Array]::IndexOf($header, $title) }
    }
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

$port = [Handover.Port]::CreateFile($channel, $access, $share, [IntPtr]::Zero, $existing, 0, [IntPtr]::Zero)
if ($port.IsInvalid) { throw (Get-Failure 'Cannot open') }
try {
    do {
        $report = @{ v = 1 } + (Read-Usage) + (Read-Frames $Frames)
        $line = (ConvertTo-Json -InputObject $report -Compress) + "`n"
        $bytes = [Text.Encoding]::UTF8.GetBytes($line)
        $written = [uint32]0
        if (-not [Handover.Port]::WriteFile($port, $bytes, $bytes.Length, [ref]$written, [IntPtr]::Zero)) {
            throw (Get-Failure 'Cannot write to')
        }
        if (-not $Once) { Start-Sleep -Seconds $Interval }
    } until ($Once)
} finally {
    $port.Dispose()
}
